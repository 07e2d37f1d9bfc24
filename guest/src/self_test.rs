//! Golden vectors over pictures drawn by code, frozen in the library.

/// Fails with the first value that differs from what was frozen.
pub fn run() -> Result<(), String> {
    todo!()
}
