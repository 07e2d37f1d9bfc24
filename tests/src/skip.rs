//! Tests that cannot run on this machine: said so loudly, and in one way.

use std::io::Write;
use std::thread;

/// Says that the running test tests nothing, and what it lacks: past the test harness, which keeps to itself what a
/// passing test prints.
pub fn skipped(lacks: &str) {
    let thread = thread::current();
    let test = thread.name().unwrap_or("a test");
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED, NOTHING IS TESTED: {test}: {lacks}"
    );
}
