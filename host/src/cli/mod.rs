//! The command line: one file a command; parses, calls the services, prints.

use std::process::ExitCode;

/// Parses the arguments, runs the command, reports its error on standard error.
pub fn main() -> ExitCode {
    todo!()
}
