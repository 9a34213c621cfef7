//! Memory that was used.

/// Peak resident memory of this process, in bytes; 0 where the system does not say.
pub(super) fn peak() -> u64 {
    peak_of(libc::RUSAGE_SELF)
}

/// Peak resident memory of the largest child that has ended, in bytes; 0 where there was none.
pub(super) fn peak_of_children() -> u64 {
    peak_of(libc::RUSAGE_CHILDREN)
}

#[expect(
    unsafe_code,
    reason = "getrusage fills a struct that the caller gives; there is no safe wrapper among our crates"
)]
fn peak_of(who: libc::c_int) -> u64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is to a whole rusage, and zero bytes are a valid one.
    let usage = unsafe {
        if libc::getrusage(who, usage.as_mut_ptr()) != 0 {
            return 0;
        }
        usage.assume_init()
    };
    let peak = u64::try_from(usage.ru_maxrss).unwrap_or(0);
    // Linux counts kibibytes, macOS bytes.
    if cfg!(target_os = "macos") {
        peak
    } else {
        peak * 1024
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn grows_with_what_is_touched() {
        let before = super::peak();
        assert!(before > 0);
        let block = std::hint::black_box(vec![1u8; 64 << 20]);
        assert!(super::peak() >= before.max(block.len() as u64));
    }
}
