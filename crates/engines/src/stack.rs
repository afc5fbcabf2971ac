//! What a calculation with a password leaves on the stack: a hash pads its key into a block of its own there, and the
//! frames of the calls stay as they were until something else is called as deep.

use std::hint::black_box;

use zeroize::Zeroize;

/// More than the frames of any hash take, in debug builds too; a small part of a thread's stack.
const DEPTH: usize = 48 * 1024;

/// Calculates with a secret, and wipes the part of the stack that the calculation used.
pub(crate) fn wiped_after<T>(calculate: impl FnOnce() -> T) -> T {
    let outcome = framed(calculate);
    wipe();
    outcome
}

/// In a frame below the caller's, where `wipe` gets to.
#[inline(never)]
fn framed<T>(calculate: impl FnOnce() -> T) -> T {
    calculate()
}

#[inline(never)]
fn wipe() {
    let mut below = [0_u8; DEPTH];
    black_box(&mut below).zeroize();
}

#[cfg(test)]
mod tests {
    use super::wiped_after;

    #[test]
    fn the_outcome_comes_through() {
        let secret = String::from("c4n4ry");
        assert_eq!(wiped_after(|| secret.len()), 6);
        assert_eq!(
            wiped_after(|| Err::<(), _>(secret)),
            Err("c4n4ry".to_owned())
        );
    }
}
