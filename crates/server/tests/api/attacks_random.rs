//! What is drawn cannot be guessed (A05): 20 000 credentials and codes, and no id yields a secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use keyrack_server::id::SessionId;
use keyrack_server::session::rack::{Key, Rack};
use keyrack_server::world::{Mailer, SmsSender, World};
use std::collections::HashSet;

const DRAWN: usize = 20_000;

/// The sum of (seen − expected)² / expected.
fn chi_square(counts: &[usize], drawn: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "both are far below 2^52")]
    let (expected, counts) =
        (drawn as f64 / counts.len() as f64, counts.iter().map(|count| *count as f64).collect::<Vec<_>>());
    counts.iter().map(|count| (count - expected).powi(2) / expected).sum()
}

/// The secrets of credentials drawn as the server draws them, in this order, with their ids.
fn credentials() -> Vec<(String, [u8; 16])> {
    let world = World::real(Mailer::captured(), SmsSender::captured());
    let draw = || {
        let id = SessionId::draw(&world);
        let key = Key::draw(&world, id.as_str());
        let credential = Rack::new(id, key).to_credential();
        let (id, secret) = credential.split_once('.').unwrap();
        (id.to_owned(), BASE64.decode(secret).unwrap().try_into().unwrap())
    };
    (0..DRAWN).map(|_| draw()).collect()
}

#[test]
fn a05_no_two_credentials_share_an_id_a_secret_or_eight_bytes_of_one() {
    let drawn = credentials();
    let distinct = |parts: Vec<&[u8]>| parts.into_iter().collect::<HashSet<_>>().len();
    assert_eq!(distinct(drawn.iter().map(|(id, _)| id.as_bytes()).collect()), DRAWN);
    for bytes in [0..16, 0..8, 4..12, 8..16] {
        assert_eq!(distinct(drawn.iter().map(|(_, secret)| &secret[bytes.clone()]).collect()), DRAWN);
    }
}

#[test]
fn a05_every_byte_of_a_secret_is_even_and_follows_neither_the_time_nor_the_id() {
    let drawn = credentials();
    for place in 0..16 {
        let mut counts = [0; 256];
        drawn.iter().for_each(|(_, secret)| counts[usize::from(secret[place])] += 1);
        // 255 degrees of freedom: 400 is passed by chance less than once in a million runs.
        assert!(chi_square(&counts, DRAWN) < 400.0, "byte {place}: {counts:?}");
        // Secrets drawn later are not greater: of neighbours about half rise.
        let rises = drawn.windows(2).filter(|pair| pair[0].1[place..] < pair[1].1[place..]).count();
        assert!(rises.abs_diff(DRAWN / 2) < 500, "byte {place}: {rises} rise");
    }
    let shared = |(id, secret): &(String, [u8; 16])| {
        let secret = BASE64.encode(secret).to_lowercase();
        (0..=secret.len() - 8).any(|at| id.contains(&secret[at..at + 8]))
    };
    assert!(!drawn.iter().any(shared), "eight letters of a secret stand in its id");
}

#[test]
fn a05_codes_are_spread_evenly_over_the_million() {
    let world = World::real(Mailer::captured(), SmsSender::captured());
    let mut counts = [0; 200];
    for _ in 0..DRAWN {
        let code = world.random.six_digits();
        assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
        counts[code.parse::<usize>().unwrap() / 5_000] += 1;
    }
    // 199 degrees of freedom: 330 is passed by chance less than once in ten million runs.
    assert!(chi_square(&counts, DRAWN) < 330.0, "{counts:?}");
}
