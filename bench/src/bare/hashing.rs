//! The floor that a sign-in is measured from: argon2id with the server's parameters, in memory that is used again.

use crate::Failure;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::time::{Duration, Instant};

/// Hashes for some seconds on one thread; tells how many, and in how long.
pub fn run(seconds: f64) -> Result<(), Failure> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|cause| cause.to_string())?;
    let mut memory = vec![Block::new(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let (began, length) = (Instant::now(), Duration::from_secs_f64(seconds));
    let mut count = 0_u32;
    let mut output = [0; 32];
    while began.elapsed() < length {
        argon2
            .hash_password_into_with_memory(b"correct horse battery", &[7; 16], &mut output, &mut memory)
            .map_err(|cause| cause.to_string())?;
        count += 1;
    }
    println!("{{\"count\":{count},\"seconds\":{}}}", began.elapsed().as_secs_f64());
    Ok(())
}
