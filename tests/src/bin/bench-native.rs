//! The component in its sandbox against the same library compiled for this machine, photo by photo.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::time::Duration;

use clap::Parser;
use vismatch::domain::{Algorithm, Limits, Outcome, Plan};
use vismatch_pipeline::process::process;
use vismatch_tests::bench::comparison::{Bars, line, ratio};
use vismatch_tests::bench::cost::{self, Who, cost, median};
use vismatch_tests::bench::photos::{self, Photo};
use vismatch_tests::bench::sandboxed::{self, Sandboxed};
use vismatch_tests::bench::{self, Options};

/// What is asked of each photo.
struct Task {
    name: &'static str,
    plan: fn(&Photo) -> Plan,
}

/// The steps of the work: what one takes more than another is where the time goes.
const TASKS: [Task; 6] = [
    Task {
        name: "nothing but facts",
        plan: |_| Plan::default(),
    },
    Task {
        name: "phash",
        plan: |_| sandboxed::fingerprints(&[Algorithm::Phash]),
    },
    Task {
        name: "all fingerprints",
        plan: |_| sandboxed::fingerprints(&Algorithm::ALL),
    },
    Task {
        name: "thumb alone",
        plan: |_| sandboxed::thumb(),
    },
    Task {
        name: "four renditions, own size without loss",
        plan: |_| sandboxed::renditions(),
    },
    Task {
        name: "four renditions, own size encoded anew",
        plan: |photo| sandboxed::renditions_encoded_anew(photo.size),
    },
];

fn main() {
    let options = Options::parse();
    cost::pin();
    let Some(photos) = photos::measured(&options) else {
        return;
    };
    let sandbox = Sandboxed::start();
    let megapixels = photos::megapixels(&photos);
    let mut table = format!(
        "### The component against the same library native\n\n\
         {} JPEG photos, {megapixels:.0} MP; one core, CPU time, median of {}; native: {}\n\n\
         | task | component, ms/MP | native, ms/MP | component / native |\n|---|---:|---:|---:|\n",
        photos.len(),
        options.rounds,
        profile(),
    );
    let mut bars = Bars::default();
    for task in TASKS {
        let [component, native] = measure(&sandbox, &photos, &task, &options);
        let each = |cpu: Duration| format!("{:.2}", cpu.as_secs_f64() * 1e3 / megapixels);
        let ratio = ratio(component, native);
        let times = format!("{ratio:.2}");
        line(
            &mut table,
            &[task.name, &each(component), &each(native), &times],
        );
        // Facts take microseconds, of which making an instance is the most.
        if (task.plan)(&photos[0]) != Plan::default() {
            let what = format!("{}: component / native", task.name);
            bars.at_most(&what, Some(ratio), 1.5);
        }
    }
    bench::publish("native", &(table + &bars.table()));
}

/// How the native library was compiled: with the profile of this program.
fn profile() -> &'static str {
    match cfg!(debug_assertions) {
        true => "development profile (codecs at level 3, our code at level 2, arithmetic checked)",
        false => "release profile",
    }
}

/// CPU time of the component and of the library: the sums over the photos of the medians of each.
fn measure(sandbox: &Sandboxed, photos: &[Photo], task: &Task, options: &Options) -> [Duration; 2] {
    let mut sums = [Duration::ZERO; 2];
    for photo in photos {
        let plan = (task.plan)(photo);
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..options.rounds {
            let (component, outcome) = cost(Who::Own, || sandbox.process(photo, &plan));
            let (native, expected) = cost(Who::Own, || natively(photo, &plan));
            assert_eq!(outcome, expected, "{}", photo.path.display());
            times[0].push(component);
            times[1].push(native);
        }
        for (sum, times) in sums.iter_mut().zip(times) {
            *sum += median(times);
        }
    }
    sums
}

fn natively(photo: &Photo, plan: &Plan) -> Outcome {
    process(&photo.bytes(), plan, &Limits::default()).unwrap()
}
