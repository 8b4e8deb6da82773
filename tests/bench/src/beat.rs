//! The beat at which streams advance.
//!
//! Not a timer of the runtime: that one keeps time with the kernel's clock tick, which also samples whether a process is in user mode, and
//! would meet Envoy in the same phase of its work every time. This beat wanders.

use std::thread;
use std::time::Duration;

use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;

/// Shortest time between two beats. A fast model's pace, and long enough that Envoy reads each event on its own.
const SHORTEST: Duration = Duration::from_micros(1500);
/// What is added to it at most.
const SPREAD_US: u64 = 1000;

/// Beats on a thread of its own, until it is dropped with all that listens to it.
#[derive(Debug, Clone)]
pub struct Beat {
    receiver: watch::Receiver<()>,
}

impl Beat {
    /// Starts to beat.
    ///
    /// # Errors
    /// No thread can be had.
    pub fn start() -> std::io::Result<Self> {
        let (sender, receiver) = watch::channel(());
        thread::Builder::new().name("beat".to_owned()).spawn(move || {
            let mut step = 0_u64;
            while sender.send(()).is_ok() {
                // Steps of the golden ratio of the range come close to every value soon.
                step = (step + 618) % SPREAD_US;
                thread::sleep(SHORTEST + Duration::from_micros(step));
            }
        })?;
        Ok(Self { receiver })
    }

    /// The beats from now on. One that comes while nobody looks is not made up for.
    #[must_use]
    pub fn beats(&self) -> WatchStream<()> {
        WatchStream::from_changes(self.receiver.clone())
    }
}
