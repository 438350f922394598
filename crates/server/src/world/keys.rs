//! Key pairs, drawn and used: always with the operating system's randomness, also where tests repeat everything else.

use super::Random;
use crate::error::{Error, Result};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use std::fmt::Display;

fn not_made(cause: impl Display) -> Error {
    Error::internal("make a signing key", cause)
}

#[allow(clippy::unused_self, reason = "randomness comes from here, whoever draws it")]
impl Random {
    /// A new key pair for ES256: both halves, as PKCS #8.
    ///
    /// # Errors
    /// When the cryptographic library cannot make one.
    pub fn new_ec_key(&self) -> Result<Vec<u8>> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(not_made)?;
        Ok(pair.to_pkcs8v1().map_err(not_made)?.as_ref().to_vec())
    }

    /// The same for EdDSA.
    ///
    /// # Errors
    /// When the cryptographic library cannot make one.
    pub fn new_ed_key(&self) -> Result<Vec<u8>> {
        let pair = Ed25519KeyPair::generate().map_err(not_made)?;
        Ok(pair.to_pkcs8v1().map_err(not_made)?.as_ref().to_vec())
    }

    /// The same for RS256, of 2048 bits; it takes a while.
    ///
    /// # Errors
    /// When the cryptographic library cannot make one.
    pub fn new_rsa_key(&self) -> Result<Vec<u8>> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(not_made)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(not_made)?;
        Ok(der.as_ref().to_vec())
    }

    /// Signs with ES256: both halves of the signature, 32 bytes each.
    ///
    /// # Errors
    /// When the cryptographic library cannot sign.
    pub fn sign(&self, key: &EcdsaKeyPair, message: &[u8]) -> Result<impl AsRef<[u8]> + use<>> {
        key.sign(&SystemRandom::new(), message).map_err(|cause| Error::internal("sign", cause))
    }

    /// Signs with RS256.
    ///
    /// # Errors
    /// When the cryptographic library cannot sign.
    pub fn sign_rsa(&self, key: &RsaKeyPair, message: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|cause| Error::internal("sign", cause))?;
        Ok(signature)
    }
}
