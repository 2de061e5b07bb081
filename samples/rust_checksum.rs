//! A Rust library for C programs (crate type cdylib): Adler-32 as in libchecksum.c. The count of calls in this
//! thread shows that Rust's thread-local variables work in a library that C opens.

use std::cell::Cell;

thread_local! {
    static CALLS: Cell<u32> = Cell::new(0);
}

/// Returns the Adler-32 of `length` bytes.
///
/// # Safety
/// `bytes` must point at `length` readable bytes.
#[no_mangle]
pub unsafe extern "C" fn rust_checksum_adler32(bytes: *const u8, length: usize) -> u32 {
    let (low, high) = std::slice::from_raw_parts(bytes, length)
        .iter()
        .fold((1u32, 0u32), |(low, high), &byte| {
            let low = (low + u32::from(byte)) % 65521;
            (low, (high + low) % 65521)
        });
    CALLS.with(|calls| calls.set(calls.get() + 1));
    // A panic is caught inside the library: unwinding needs the loader's list of objects.
    assert!(std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(1))).is_err());
    high << 16 | low
}
