//! What work costs: CPU time, which other work on the machine disturbs less than wall time, on one core.
//! Told on Unix; pinning is Linux's.

use std::time::Duration;

/// Keeps this thread, and every thread and program that it starts from now on, on the last core.
pub fn pin() {
    #[cfg(target_os = "linux")]
    {
        use nix::sched::{CpuSet, sched_setaffinity};
        let last = std::thread::available_parallelism().map_or(0, |cores| cores.get() - 1);
        let mut cores = CpuSet::new();
        let pinned = cores
            .set(last)
            .and_then(|()| sched_setaffinity(nix::unistd::Pid::from_raw(0), &cores));
        if let Err(error) = pinned {
            eprintln!("not pinned to one core: {error}");
        }
    }
}

/// Whose CPU time counts.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    /// All threads of this process.
    Own,
    /// The programs that this one started and waited for.
    Children,
    /// A running process, by its id.
    Process(u32),
}

/// Does some work; its CPU time and its result.
pub fn cost<T>(who: Who, work: impl FnOnce() -> T) -> (Duration, T) {
    let before = spent(who);
    let result = work();
    (spent(who).saturating_sub(before), result)
}

/// The middle one of at least one measurement.
pub fn median(mut measurements: Vec<Duration>) -> Duration {
    super::quantile(&mut measurements, 0.5)
}

#[cfg(unix)]
fn spent(who: Who) -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};
    let who = match who {
        Who::Own => UsageWho::RUSAGE_SELF,
        Who::Children => UsageWho::RUSAGE_CHILDREN,
        Who::Process(id) => return spent_by(id),
    };
    let usage = getrusage(who).expect("a process may ask for its own usage");
    [usage.user_time(), usage.system_time()]
        .map(|time| {
            let microseconds = time.tv_sec() * 1_000_000 + time.tv_usec();
            Duration::from_micros(microseconds.unsigned_abs())
        })
        .iter()
        .sum()
}

#[cfg(target_os = "linux")]
fn spent_by(process: u32) -> Duration {
    let process = nix::unistd::Pid::from_raw(process.cast_signed());
    let clock = nix::time::clock_getcpuclockid(process);
    let time = clock.and_then(|clock| clock.now());
    time.expect("a running process has a clock").into()
}

#[cfg(all(unix, not(target_os = "linux")))]
fn spent_by(_: u32) -> Duration {
    panic!("the CPU time of another process is told on Linux only")
}

#[cfg(not(unix))]
fn spent(_: Who) -> Duration {
    panic!("CPU time is told on Unix only")
}
