//! A Rust program that opens libchecksum.so (first argument) with the libloading crate.

use libloading::{Library, Symbol};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("which library?")?;
    let text = std::env::args().nth(2).unwrap_or_default();
    unsafe {
        let library = Library::new(file)?;
        let sum: Symbol<unsafe extern "C" fn(*const u8, usize) -> u32> =
            library.get(b"checksum_adler32\0")?;
        println!("{:08x}", sum(text.as_ptr(), text.len()));
        let missing: Result<Symbol<unsafe extern "C" fn()>, _> = library.get(b"checksum_nowhere\0");
        println!("{}", if missing.is_err() { "missing" } else { "found?" });
        library.close()?;
    }
    Ok(())
}
