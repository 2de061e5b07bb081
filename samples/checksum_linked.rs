//! A Rust program linked with the C library libchecksum.so (`#[link]`).

#[link(name = "checksum")]
extern "C" {
    fn checksum_adler32(bytes: *const u8, length: usize) -> u32;
}

fn main() {
    let text = std::env::args().nth(1).unwrap_or_default();
    // In a thread, so that the library's code also runs on a stack and TLS that Rust's runtime made.
    let sum = std::thread::spawn(move || unsafe { checksum_adler32(text.as_ptr(), text.len()) });
    println!("{:08x}", sum.join().unwrap());
}
