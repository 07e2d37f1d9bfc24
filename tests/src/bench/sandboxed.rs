//! The sandbox as benches call it: one worker, the compiled component kept from run to run.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use vismatch::domain::{Algorithm, Dimensions, Limits, Outcome, Plan, RenditionKind};
use vismatch::domain::{RenditionSize, RenditionSpec};
use vismatch::sandbox::{Input, Sandbox, Settings, Source};

use super::photos::Photo;

/// JPEG quality of renditions, as the server's and the peers'.
pub const QUALITY: u8 = 85;

/// A started sandbox.
pub struct Sandboxed {
    runtime: Runtime,
    sandbox: Sandbox,
}

impl Sandboxed {
    /// Starts with the component that is built in.
    pub fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime starts");
        let settings = Settings {
            workers: 1,
            queue: 0,
            memory: 1 << 30,
            timeout: Duration::from_secs(30),
            limits: Limits::default(),
        };
        let entered = runtime.enter();
        let cache = super::folder().join("cache");
        let sandbox = Sandbox::start(&Source::Embedded, &settings, Some(cache));
        let sandbox = sandbox.expect("the component that is built in starts");
        drop(entered);
        Self { runtime, sandbox }
    }

    /// What a plan makes of a photo's file.
    pub fn process(&self, photo: &Photo, plan: &Plan) -> Outcome {
        let input = Input::File(photo.path.clone());
        let outcome = self.sandbox.process(input, plan.clone());
        self.runtime.block_on(outcome).expect("a sound photo")
    }
}

/// Fingerprints alone.
pub fn fingerprints(algorithms: &[Algorithm]) -> Plan {
    Plan {
        algorithms: algorithms.to_vec(),
        renditions: Vec::new(),
    }
}

/// The rendition that fits in 400x400 alone.
pub fn thumb() -> Plan {
    Plan {
        algorithms: Vec::new(),
        renditions: vec![RenditionKind::Thumb.spec(QUALITY)],
    }
}

/// The four renditions of an upload.
pub fn renditions() -> Plan {
    plan_of(RenditionKind::Original.spec(QUALITY))
}

/// The same four, but a JPEG's own size is encoded anew as well.
pub fn renditions_encoded_anew(own: Dimensions) -> Plan {
    plan_of(RenditionSpec {
        size: RenditionSize::Fit(own),
        quality: QUALITY,
    })
}

fn plan_of(original: RenditionSpec) -> Plan {
    use RenditionKind::{Game, Medium, Thumb};
    let mut renditions = vec![original];
    renditions.extend([Medium, Thumb, Game].map(|kind| kind.spec(QUALITY)));
    Plan {
        algorithms: Vec::new(),
        renditions,
    }
}
