//! Prints native rates, MB/s.
#![allow(clippy::print_stdout, reason = "a tool for the terminal")]
use std::time::Instant;
use tollgate_throughput::*;
fn main() {
    for stage in Stage::ALL {
        print!("{:40}", stage.name());
        for corpus in Corpus::ALL {
            let mut bench = Bench::new(stage, corpus).unwrap();
            let mut best = 0f64;
            for _ in 0..5 {
                let start = Instant::now();
                let mut n = 0;
                while start.elapsed().as_millis() < 40 {
                    std::hint::black_box(bench.run());
                    n += 1;
                }
                best = best.max((bench.bytes() * n) as f64 / 1e6 / start.elapsed().as_secs_f64());
            }
            print!(" {best:8.0}");
        }
        println!();
    }
}
