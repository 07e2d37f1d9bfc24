//! The sandbox as benches call it: one worker, the compiled component kept from run to run.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use vismatch::domain::{Limits, Outcome};
use vismatch::sandbox::{Input, Sandbox, SandboxSettings, Source};
use vismatch_native::Task;

use super::photos::Photo;

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
        let settings = SandboxSettings {
            workers: 1,
            queue: 0,
            memory: 1 << 30,
            timeout: Duration::from_secs(30),
            limits: Limits::default(),
        };
        let entered = runtime.enter();
        let cache = crate::program::compiled();
        let sandbox = Sandbox::start(&Source::Embedded, &settings, Some(cache));
        let sandbox = sandbox.expect("the component that is built in starts");
        drop(entered);
        Self { runtime, sandbox }
    }

    /// Does a task with a photo's file.
    pub fn work(&self, task: Task, photo: &Photo) -> Outcome {
        let input = Input::File(photo.path.clone());
        let outcome = self.sandbox.process(input, task.plan(photo.size));
        self.runtime.block_on(outcome).expect("a sound photo")
    }

    /// Reads the headers of a picture: what is left of a call when no picture is decoded.
    pub fn inspect(&self, input: Input) {
        let info = self.runtime.block_on(self.sandbox.inspect(input));
        info.expect("a sound picture");
    }
}
