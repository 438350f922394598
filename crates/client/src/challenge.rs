//! The work that a deployment may ask for before somebody comes in: numbers that, behind a given salt, have a SHA-256 that begins
//! as asked. It is the protocol of Cap, whose answers have no envelope.

use crate::core::known::known;
use crate::core::request::Request;
use crate::core::{Ask, Outcome};
use crate::json::object;
use crate::platform::breathe;
use crate::{CHALLENGE_UNSOLVED, Call, Client, Error};
use keyrack_protocol::{CaptchaChallenge, CaptchaPuzzle, CaptchaRedeemed};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How many numbers are tried before everything else has its turn: some milliseconds.
const BATCH: u64 = 1_024;

impl Client {
    /// Does the work that the deployment asks for, which may take some seconds, and shows in every way in from then on that it
    /// was done. For whoever was refused with `challenge_required`; what was refused is then called again.
    ///
    /// ```no_run
    /// # async fn example(client: &keyrack_client::Client) -> Result<(), keyrack_client::Error> {
    /// # use keyrack_client::By;
    /// let state = client.loaded().await?;
    /// let Some(loaded) = state.loaded() else { return Ok(()) };
    /// let ada = By::email("ada@example.com", "correct horse battery staple");
    /// let outcome = loaded.sign_in_by(ada.clone()).await;
    /// if outcome.is_err_and(|error| error.code == "challenge_required") {
    ///     client.prove_work().await?;
    ///     loaded.sign_in_by(ada).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `challenge_unsolved` when it was not accepted, or what kept it from being asked for.
    pub async fn prove_work(&self) -> Result<(), Error> {
        let challenge: CaptchaChallenge = read(self.bare("/captcha/challenge", object([])).await?)?;
        let solutions = solved(&challenge.challenge, &challenge.token).await;
        let body = object([("token", challenge.token.into()), ("solutions", solutions.into())]);
        let redeemed: CaptchaRedeemed = read(self.bare("/captcha/redeem", body).await?)?;
        let token = redeemed.token.filter(|_| redeemed.success).ok_or_else(unsolved)?;
        self.set_challenge_token(token);
        Ok(())
    }

    fn bare(&self, path: &str, body: Value) -> Call<Value> {
        let request = Request { is_bare: true, ..Request::post(path, body) };
        self.call(Ask::Send(request), |outcome| match outcome {
            Outcome::Data(data) => Ok(data),
            _ => Err(Error::network()),
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(data: Value) -> Result<T, Error> {
    known(data).ok_or_else(unsolved)
}

fn unsolved() -> Error {
    Error::own(CHALLENGE_UNSOLVED, "The check for robots failed. Try again.")
}

/// A number for each puzzle, in their order.
async fn solved(puzzle: &CaptchaPuzzle, token: &str) -> Vec<u64> {
    let mut solutions = Vec::new();
    for number in 1..=puzzle.c {
        let salt = digits(&format!("{token}{number}"), puzzle.s);
        let target = digits(&format!("{token}{number}d"), puzzle.d);
        let mut candidate = 0;
        while !fits(&salt, candidate, &target) {
            candidate += 1;
            if candidate.is_multiple_of(BATCH) {
                breathe().await;
            }
        }
        solutions.push(candidate);
    }
    solutions
}

/// Whether the hash begins with these hexadecimal digits.
fn fits(salt: &str, number: u64, target: &str) -> bool {
    let hash = Sha256::new().chain_update(salt).chain_update(number.to_string()).finalize();
    let digit =
        |at: usize| hash.get(at / 2).map(|byte| if at.is_multiple_of(2) { byte >> 4 } else { byte & 15 });
    target
        .bytes()
        .enumerate()
        .all(|(at, wanted)| digit(at).is_some_and(|digit| b"0123456789abcdef"[usize::from(digit)] == wanted))
}

/// So many hexadecimal digits that follow from a seed: xorshift on its FNV-1a.
fn digits(seed: &str, length: u32) -> String {
    let hashed = |state: u32, byte: u8| (state ^ u32::from(byte)).wrapping_mul(16_777_619);
    let mut state = seed.bytes().fold(2_166_136_261_u32, hashed);
    let mut all = String::new();
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    while all.len() < length {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        all.push_str(&format!("{state:08x}"));
    }
    all.truncate(length);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    #[test]
    fn each_puzzle_is_solved_by_the_first_number_whose_hash_begins_as_asked() {
        // Those that the server's own test has.
        let puzzle = CaptchaPuzzle { c: 3, s: 16, d: 2 };
        let mut solving = pin!(solved(&puzzle, "1013"));
        let solutions = loop {
            if let Poll::Ready(solutions) = solving.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                break solutions;
            }
        };
        assert_eq!(solutions, [6, 104, 463]);
    }
}
