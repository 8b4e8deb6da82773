//! One stage for a while.
use tollgate_throughput::*;
fn main() {
    let n: Vec<usize> = std::env::args().skip(1).map(|a| a.parse().unwrap()).collect();
    let mut bench = Bench::new(Stage::ALL[n[0]], Corpus::ALL[n[1]]).unwrap();
    let start = std::time::Instant::now();
    let mut runs = 0;
    while start.elapsed().as_millis() < 2000 { std::hint::black_box(bench.run()); runs += 1; }
    println!("{} MB/s", (bench.bytes() * runs) as f64 / 1e6 / start.elapsed().as_secs_f64());
}
