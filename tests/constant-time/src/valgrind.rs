//! Requests to the valgrind that this program runs under; without one they do nothing and count nothing. The one file
//! with unsafe code, for x86-64 alone.

use std::arch::asm;

const COUNT_ERRORS: usize = 0x1201;
const CHANGE_ERROR_REPORTING: usize = 0x1801;
const MAKE_UNDEFINED: usize = 0x4d43_0001;
const MAKE_DEFINED: usize = 0x4d43_0002;

/// Makes bytes secret: memcheck reports whatever branches on them, or on what is computed from them, or takes it for
/// an address.
pub fn hide(bytes: &mut [u8]) {
    request(MAKE_UNDEFINED, bytes.as_mut_ptr() as usize, bytes.len());
}

/// Makes bytes public.
pub fn reveal(bytes: &mut [u8]) {
    request(MAKE_DEFINED, bytes.as_mut_ptr() as usize, bytes.len());
}

/// How many times something was reported during `action`.
pub fn errors_in(action: impl FnOnce()) -> usize {
    let before = request(COUNT_ERRORS, 0, 0);
    action();
    request(COUNT_ERRORS, 0, 0) - before
}

/// Does something of which nothing is reported.
pub fn unreported<T>(action: impl FnOnce() -> T) -> T {
    request(CHANGE_ERROR_REPORTING, 1, 0);
    let done = action();
    request(CHANGE_ERROR_REPORTING, usize::MAX, 0);
    done
}

/// `VALGRIND_DO_CLIENT_REQUEST_EXPR` of `valgrind.h`: four rotations that cancel out, and an exchange of a register
/// with itself, are how valgrind knows that it is meant.
fn request(code: usize, first: usize, second: usize) -> usize {
    let request = [code, first, second, 0, 0, 0];
    let mut answer = 0;
    // SAFETY: without valgrind these instructions change nothing but flags; with it they read the request, which
    // outlives them, and at most mark the memory that it names, whose content stays.
    unsafe {
        asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") request.as_ptr(),
            inout("rdx") answer,
            inout("rdi") 0_usize => _,
            options(nostack),
        );
    }
    answer
}
