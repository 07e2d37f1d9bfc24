//! The component in its sandbox against the same library native, photo by photo. Native is a program of
//! its own, compiled with all optimisation and for AVX2; both read the file and make the same bits.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::time::Duration;

use clap::Parser;
use vismatch_native::{Task, digest};
use vismatch_tests::bench::Options;
use vismatch_tests::bench::comparison::{Bars, line, ratio};
use vismatch_tests::bench::cost::{self, Who, cost, median};
use vismatch_tests::bench::native::Native;
use vismatch_tests::bench::photos::{self, Photo};
use vismatch_tests::bench::sandboxed::Sandboxed;

/// The two sides; native only where it was built.
struct Sides {
    sandbox: Sandboxed,
    native: Option<Native>,
}

fn main() {
    let options = Options::parse();
    cost::pin();
    let Some(photos) = photos::measured(&options) else {
        return;
    };
    let native =
        Native::start().inspect_err(|reason| eprintln!("native is not measured: {reason}"));
    let mut sides = Sides {
        sandbox: Sandboxed::start(),
        native: native.ok(),
    };
    let megapixels = photos::megapixels(&photos);
    let mut table = format!(
        "### The component against the same library native\n\n\
         {} JPEG photos, {megapixels:.0} MP; one core, CPU time, median of {}; native with AVX2 (x86-64-v3)\n\n\
         | task | component, ms/MP | native, ms/MP | component / native |\n|---|---:|---:|---:|\n",
        photos.len(),
        options.rounds,
    );
    let mut bars = Bars::default();
    for task in Task::ALL {
        let (component, native) = sides.measure(task, &photos, options.rounds);
        let each = |cpu: Duration| format!("{:.2}", cpu.as_secs_f64() * 1e3 / megapixels);
        let times = native.map(|native| ratio(component, native));
        let shown = [
            each(component),
            native.map_or("-".into(), each),
            times.map_or("-".into(), |times| format!("{times:.2}")),
        ];
        line(&mut table, &[task.name(), &shown[0], &shown[1], &shown[2]]);
        // Facts take microseconds, of which making an instance is the most.
        if task != Task::Facts {
            let what = format!("{}: component / native", task.name());
            bars.at_most(&what, times, 1.5);
        }
    }
    options.publish("native", &(table + &bars.table()));
}

impl Sides {
    /// CPU time of either side: the sums over the photos of the medians of each.
    fn measure(
        &mut self,
        task: Task,
        photos: &[Photo],
        rounds: u32,
    ) -> (Duration, Option<Duration>) {
        let mut sums = [Duration::ZERO; 2];
        for photo in photos {
            let mut times = [Vec::new(), Vec::new()];
            for round in 0..rounds {
                let (time, outcome) = cost(Who::Own, || self.sandbox.work(task, photo));
                times[0].push(time);
                let Some(native) = &mut self.native else {
                    continue;
                };
                let who = Who::Process(native.id());
                times[1].push(cost(who, || native.work(task, photo)).0);
                if round == 0 {
                    assert_eq!(
                        native.digest(),
                        digest(&outcome),
                        "{}",
                        photo.path.display()
                    );
                }
            }
            for (sum, times) in sums.iter_mut().zip(times) {
                *sum += if times.is_empty() {
                    Duration::ZERO
                } else {
                    median(times)
                };
            }
        }
        (sums[0], self.native.as_ref().map(|_| sums[1]))
    }
}
