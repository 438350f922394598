//! Methods: by what people show who they are. Each is one file here and one line in [`ALL`], and nothing outside of its file
//! knows how it works.
//!
//! A method says what it can be ([`Factor`]): a first factor, a second one, one that is set up where it is enforced, a proof
//! of whoever is signed in already, a proof of an address or number. It uses up what works once. Counting tries, recording
//! them and moving attempts on is the business of whoever asks.

pub mod authenticator;
pub mod backup_code;
mod email_otp;
mod kind;
pub(in crate::sign_in) mod magic_link;
pub mod passkey;
pub mod password;
pub mod phone_otp;

pub(in crate::sign_in) use kind::{
    Added, Again, Asked, First, Judge, Judged, Known, Prepare, Second, Take, takes_usernames,
};
pub use kind::{Factor, Later, Tried};

use crate::app::Site;
use crate::config::Auth;
use crate::session::Proof;
use crate::user::User;
use keyrack_protocol::{CurrentSessionStep as Step, SignInMethod};
use std::sync::LazyLock;

/// All methods, in the order in which they are offered. What a social or an enterprise provider proves is a first factor whose
/// `begin` leads there.
pub static ALL: [&Factor; 8] = [
    &password::OF_EMAIL,
    &password::OF_USERNAME,
    &email_otp::FACTOR,
    &magic_link::FACTOR,
    &phone_otp::FACTOR,
    &authenticator::FACTOR,
    &backup_code::FACTOR,
    &passkey::FACTOR,
];

/// A word of each method that can be something.
type Words = LazyLock<Vec<&'static str>>;

/// Of the first factors that a sign-in is begun with.
pub static OF_FIRST: Words = LazyLock::new(|| words(|factor| factor.first.is_some()));
/// Of those for which something is sent or shown in an attempt.
pub static OF_PREPARED: Words = LazyLock::new(|| words(Factor::is_prepared));
/// Of second factors.
pub static OF_SECOND: Words =
    LazyLock::new(|| seconds().into_iter().map(|(factor, _)| factor.as_str()).collect());

fn words(is_one: impl Fn(&Factor) -> bool) -> Vec<&'static str> {
    ALL.into_iter().filter(|factor| is_one(factor)).map(Factor::as_str).collect()
}

impl Factor {
    /// A method that is nothing yet, to be filled in by its file.
    const fn named(word: &'static str) -> Self {
        Self { word, first: None, second: None, added: None, again: None, proves: None }
    }

    /// Its word on the wire.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.word
    }

    /// The second factor that a word names.
    #[must_use]
    pub fn second_named(word: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|factor| factor.second.is_some() && factor.word == word)
    }

    /// What sends or shows what a step of an attempt waits for, if this method can be that; the steps at which an address or
    /// number is proved have one way to send.
    pub(in crate::sign_in) fn prepare_at(&self, step: Step, proof: Prepare) -> Option<Prepare> {
        match step {
            Step::VerifySecondFactor => self.second.as_ref().and_then(|second| second.prepare),
            Step::AddSecondFactor => self.added.as_ref().map(|added| added.prepare),
            _ if self.proves == Some(step) => Some(proof),
            _ => self.first.as_ref().filter(|first| first.step == step).and_then(|first| first.prepare),
        }
    }

    fn is_prepared(&self) -> bool {
        let first = self.first.as_ref().is_some_and(|first| first.prepare.is_some());
        let second = self.second.as_ref().is_some_and(|second| second.prepare.is_some());
        first || second || self.added.is_some() || self.proves.is_some()
    }
}

/// The first factor that a word names, in a deployment that offers it.
pub(in crate::sign_in) fn first(auth: &Auth, word: &str) -> Option<&'static First> {
    offered(auth).find(|(factor, _)| factor.word == word).map(|(_, first)| first)
}

/// What an identifier can be signed in with, by what it looks like alone.
pub(in crate::sign_in) fn methods_of(auth: &Auth, identifier: &str) -> Vec<SignInMethod> {
    let of =
        |by: Known| offered(auth).filter(move |(_, first)| first.by == by).map(|(_, first)| first.method);
    let known = Known::ALL.into_iter().find(|by| by.reads(identifier) && of(*by).next().is_some());
    known.map(|by| of(by).collect()).unwrap_or_default()
}

fn offered(auth: &Auth) -> impl Iterator<Item = (&'static Factor, &'static First)> {
    let firsts = ALL.into_iter().filter_map(|factor| Some((factor, factor.first.as_ref()?)));
    firsts.filter(|(_, first)| (first.is_offered)(auth))
}

/// The first factor that a step of an attempt waits for.
pub(in crate::sign_in) fn first_at(step: Step) -> Option<&'static First> {
    ALL.into_iter().filter_map(|factor| factor.first.as_ref()).find(|first| first.step == step)
}

/// By what people say who they are who begin an attempt by a method.
pub(in crate::sign_in) fn known_by(method: SignInMethod) -> Known {
    let mut firsts = ALL.into_iter().filter_map(|factor| factor.first.as_ref());
    firsts.find(|first| first.method == method).map_or(Known::Email, |first| first.by)
}

/// What the first factor of an attempt proves (RFC 8176), where that is a code that was sent.
pub(in crate::sign_in) fn proved_by(method: SignInMethod) -> &'static str {
    let mut firsts = ALL.into_iter().filter_map(|factor| factor.first.as_ref());
    firsts.find(|first| first.method == method).map_or("mail", |first| first.name)
}

/// The second factors that an account can prove beside what was proved already: a number that the first factor was proved by
/// is none. What stands in for it, a backup code, is one then, and also where a deployment offers the factor no more.
#[must_use]
pub fn available(site: &Site, user: &User, proof: &Proof) -> Vec<&'static Factor> {
    let all = seconds().into_iter();
    let there = all.filter(|(_, second)| (second.is_there)(site, user) && (second.is_another)(proof));
    there.map(|(factor, _)| factor).collect()
}

/// Whether an account has a second factor here, whatever was proved. What stands in for one is none by itself.
#[must_use]
pub fn has_any(site: &Site, user: &User) -> bool {
    seconds().iter().any(|(_, second)| !second.stands_in && (second.is_there)(site, user))
}

/// The second factors, in the order in which they are offered and tried.
fn seconds() -> Vec<(&'static Factor, &'static Second)> {
    let mut all: Vec<_> =
        ALL.into_iter().filter_map(|factor| Some((factor, factor.second.as_ref()?))).collect();
    all.sort_by_key(|(_, second)| second.place);
    all
}

/// The second factor that is set up when nobody says which.
pub(in crate::sign_in) fn added(wanted: Option<&'static Factor>) -> Option<&'static Added> {
    match wanted {
        Some(factor) => factor.added.as_ref(),
        None => ALL.into_iter().find_map(|factor| factor.added.as_ref()),
    }
}

/// The proof of whoever is signed in that a word names.
pub(in crate::sign_in) fn again(word: &str) -> Option<&'static Again> {
    ALL.into_iter().filter_map(|factor| factor.again.as_ref()).find(|again| again.word == word)
}

/// The words of those proofs, or only of those for which something is sent or shown.
pub(in crate::sign_in) fn again_words(is_prepared: bool) -> Vec<&'static str> {
    let all = ALL.into_iter().filter_map(|factor| factor.again.as_ref());
    all.filter(|again| !is_prepared || again.prepare.is_some()).map(|again| again.word).collect()
}
