//! What verifying a token costs beside what its signature alone costs, in turn, on one thread. Prints a line of JSON.

#![allow(clippy::disallowed_methods, reason = "this measures in real time and needs no world of its own")]

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use clap::Parser;
use keyrack_verify::Verifier;
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The server's allocator, as a backend would take it that cares.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Why it cannot be measured.
type Failure = Box<dyn std::error::Error + Send + Sync>;

const ISSUER: &str = "https://auth.example.com";
/// Tokens that are verified in turn, each with its own signature.
const TOKENS: usize = 64;

/// Verifying, beside the signature alone
#[derive(Parser)]
struct Options {
    /// Seconds of each, in each round
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Rounds, of which the median counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

fn main() -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => match runtime.block_on(measure(&Options::parse())) {
            Ok(told) => {
                println!("{told}");
                ExitCode::SUCCESS
            }
            Err(failure) => {
                eprintln!("{failure}");
                ExitCode::FAILURE
            }
        },
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// A token, and what of it is signed and how, decoded.
struct Token {
    text: String,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

async fn measure(options: &Options) -> Result<Value, Failure> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    let point = pair.public_key().as_ref().to_vec();
    let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point)?;
    let jwk = json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "key_1",
        "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..65]) });
    let verifier = Verifier::builder(ISSUER).keys(json!({ "keys": [jwk] }).to_string()).build()?;
    let tokens = (0..TOKENS).map(|number| token(&pair, number)).collect::<Result<Vec<_>, Failure>>()?;
    let (mut raw, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        raw.push(
            timed(options, &tokens, async |token| public.verify_sig(&token.signed, &token.signature).is_ok())
                .await?,
        );
        whole.push(timed(options, &tokens, async |token| verifier.verify(&token.text).await.is_ok()).await?);
    }
    let (raw, whole) = (median(raw), median(whole));
    Ok(json!({ "signature_us": raw, "verify_us": whole, "share": raw / whole }))
}

/// Microseconds that one takes.
async fn timed(
    options: &Options,
    tokens: &[Token],
    verify: impl AsyncFn(&Token) -> bool,
) -> Result<f64, Failure> {
    let (began, lasts) = (Instant::now(), Duration::from_secs_f64(options.seconds));
    let mut done = 0_u32;
    while began.elapsed() < lasts {
        for token in tokens {
            if !verify(token).await {
                return Err("a good token was refused".into());
            }
            done += 1;
        }
    }
    Ok(began.elapsed().as_secs_f64() * 1e6 / f64::from(done))
}

/// A token as the server mints it for a member of an organization, with some permissions.
fn token(pair: &EcdsaKeyPair, number: usize) -> Result<Token, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let held = ["organization:member", "organization:manage", "billing:read", "billing:manage"];
    let (session, sign_in) = (format!("ses_01j{number:022}"), format!("sin_01j{number:022}"));
    let claims = json!({ "iss": ISSUER, "sub": format!("usr_01j{number:022}"), "sid": session, "sess": session,
        "session_id": session, "signin_id": sign_in, "rev": number, "iat": now, "nbf": now - 5, "exp": now + 100_000,
        "jti": format!("tok_01j{number:022}"), "azp": "https://app.example.com", "organization": "org_01j",
        "workspace": "wsp_01j", "permissions": { "organization": held, "workspace": ["workspace:member"] },
        "organization_permissions": held, "workspace_permissions": ["workspace:member"],
        "amr": ["pwd", "otp"], "auth_time": now - 30 });
    let header = json!({ "typ": "JWT", "alg": "ES256", "kid": "key_1" });
    let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let signature = pair.sign(&SystemRandom::new(), signed.as_bytes())?.as_ref().to_vec();
    let text = format!("{signed}.{}", BASE64.encode(&signature));
    Ok(Token { text, signed: signed.into_bytes(), signature })
}

/// The middle one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
