//! vismatch.
fn main() {}
