//! A browser that is sent here again and again: the application's server does not get to keep what it was told, mostly
//! because its cookie does not stick. Instead of going on until the browser gives up, it is said.

use super::{LIFE_MS, challenge_of};
use crate::app::Site;
use http::{HeaderMap, HeaderValue, header};

/// So many within [`WITHIN_MS`] are no accident.
const MOST: u32 = 6;
const WITHIN_MS: i64 = 15_000;
const COOKIE: &str = "keyrack_handshakes";

/// How often this browser was sent here of late for one address and one account, and since when: many tabs that are opened at
/// once are no loop, nor is a person who goes from account to account.
/// It is the browser that keeps it: whoever changes it there changes what they are shown themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trips {
    count: u32,
    since: i64,
    /// Which address and account, in a few letters.
    of: String,
}

impl Trips {
    /// Those of a request, with this one, which leads back to this address and tells of this sign-in, or that there is none.
    pub fn with_this(headers: &HeaderMap, (back_to, who): (&str, Option<&str>), now: i64) -> Self {
        let of = challenge_of(&format!("{} {back_to}", who.unwrap_or_default())).chars().take(8).collect();
        let kept = kept(headers).filter(|kept| kept.of == of && (0..WITHIN_MS).contains(&(now - kept.since)));
        match kept {
            Some(kept) => Self { count: kept.count.saturating_add(1), ..kept },
            None => Self { count: 1, since: now, of },
        }
    }

    /// Whether they go round.
    pub fn are_a_loop(&self) -> bool {
        self.count > MOST
    }

    /// Has the browser keep them, or forget them once it was told.
    pub fn keep(&self, site: &Site, headers: &mut HeaderMap) {
        let (value, age) = match self.are_a_loop() {
            true => (String::new(), 0),
            false => (format!("{}.{}.{}", self.count, self.since, self.of), LIFE_MS / 1000),
        };
        let secure = if site.config.origin.https { "; Secure" } else { "" };
        let path = &site.config.path;
        let cookie =
            format!("{COOKIE}={value}; Max-Age={age}; Path={path}/handshake; HttpOnly; SameSite=Lax{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
}

fn kept(headers: &HeaderMap) -> Option<Trips> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    let (count, rest) = value.split_once('.')?;
    let (since, of) = rest.split_once('.')?;
    Some(Trips { count: count.parse().ok()?, since: since.parse().ok()?, of: of.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookie).unwrap())])
    }

    #[test]
    fn the_seventh_trip_for_one_address_and_account_within_fifteen_seconds_is_a_loop() {
        let here = ("https://a.example/", Some("signin_a"));
        let trips = |cookie: &str, now: i64| Trips::with_this(&headers(cookie), here, now);
        let of = trips("a=b", 5).of;
        assert_eq!(trips("a=b", 5), Trips { count: 1, since: 5, of: of.clone() });
        let kept = |count: u32| format!("a=b; keyrack_handshakes={count}.100.{of}");
        assert_eq!(trips(&kept(5), 15_099).count, 6);
        assert!(!trips(&kept(5), 15_099).are_a_loop());
        assert!(trips(&kept(6), 15_099).are_a_loop());
        assert!(!trips(&kept(6), 15_100).are_a_loop());
        // Another tab, which leads elsewhere; another account; nobody.
        for other in [("https://a.example/b", here.1), (here.0, Some("signin_b")), (here.0, None)] {
            assert_eq!(Trips::with_this(&headers(&kept(6)), other, 200).count, 1, "{other:?}");
        }
        // From the future, or no number: nothing is believed.
        for odd in ["6.20000", "6", "x.1", "6.x", "-6.1", "99999999999.1"] {
            assert_eq!(trips(&format!("keyrack_handshakes={odd}.{of}"), 10_000).count, 1, "{odd}");
        }
    }
}
