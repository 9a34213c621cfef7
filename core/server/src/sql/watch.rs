//! Looks at the memory of a running child.

/// The largest figures of a process so far, in bytes; 0 where the system does not tell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Peak {
    pub(super) resident: u64,
    pub(super) address_space: u64,
}

impl Peak {
    /// Reads the figures of a process. The last look before its end is a little short of the truth.
    pub(super) fn look(&mut self, pid: u32) {
        let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) else {
            return;
        };
        let figure = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
            Some(kilobytes * 1024)
        };
        self.resident = self.resident.max(figure("VmHWM:").unwrap_or(0));
        self.address_space = self.address_space.max(figure("VmPeak:").unwrap_or(0));
    }
}
