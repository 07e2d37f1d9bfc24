//! What one call may take: linear memory up to a cap, tables of a fixed size.
//!
//! Remembers that it refused, so that a call that fails for want of memory can be told from one
//! that fails for another reason. Time is kept in `call`.

use wasmtime::ResourceLimiter;

/// Entries of one table: indirect calls of a program of tens of megabytes.
pub const TABLE_ELEMENTS: usize = 20_000;

/// Counts the linear memory of one store, over all its memories.
#[derive(Debug)]
pub struct MemoryCap {
    allowed: usize,
    used: usize,
    refused: bool,
}

impl MemoryCap {
    /// At most `allowed` bytes.
    pub fn new(allowed: usize) -> Self {
        Self {
            allowed,
            used: 0,
            refused: false,
        }
    }

    /// More memory was asked for than is allowed, or than the machine had.
    pub fn refused(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for MemoryCap {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.allowed {
            self.refused = true;
            return Ok(false);
        }
        self.used = used;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = true;
        Ok(())
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}
