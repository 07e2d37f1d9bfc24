//! Memory of a process as Linux tells it in `/proc`; other systems tell nothing.

/// What a process holds.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Resident now, in bytes (`VmRSS`).
    pub resident: u64,
    /// The most it ever had resident, in bytes (`VmHWM`).
    pub peak: u64,
}

/// Memory of a running process; `None` where there is no `/proc`.
pub fn of_process(id: u32) -> Option<Memory> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    Some(Memory {
        resident: field(&status, "VmRSS:")?,
        peak: field(&status, "VmHWM:")?,
    })
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with(name))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}
