//! Whose hash is computed for nobody, where hashes were imported.
//!
//! Every kind of hash takes a time of its own. If the stand-in for a name that nobody has took always the same, whoever measured
//! another time would have found an account. So such names take the times of those who are there, as many of each kind as there
//! are accounts of it; which one a name takes is a lot that is drawn of the name, the same each time.

use crate::app::{App, Site};
use crate::db::Snapshot;
use crate::error::Result;
use crate::params;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The imported hashes of a deployment, a kind each, with the lots that draw it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mix(Vec<Share>);

#[derive(Clone, PartialEq, Eq)]
struct Share {
    /// Lots below it draw this kind, if they draw none before it.
    below: u64,
    /// A hash of it.
    hash: String,
}

impl std::fmt::Debug for Share {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.below)
    }
}

impl Mix {
    /// Of `total` accounts with a password, so many have a hash like this one.
    #[must_use]
    pub fn of(total: i64, kinds: Vec<(i64, String)>) -> Self {
        let total = u128::try_from(total).unwrap_or_default().max(1);
        let mut sum = 0u128;
        let shares = kinds.into_iter().map(|(count, hash)| {
            sum += u128::try_from(count).unwrap_or_default();
            let below = u64::try_from((sum << 64) / total).unwrap_or(u64::MAX);
            Share { below, hash }
        });
        Self(shares.collect())
    }

    /// The hash that a lot draws; none for one of our own.
    #[must_use]
    pub fn draw(&self, lot: u64) -> Option<&str> {
        self.0.iter().find(|share| lot < share.below).map(|share| share.hash.as_str())
    }
}

/// The lot of a name, of its HMAC in base64url.
#[must_use]
pub fn lot(hmac: &str) -> u64 {
    let bytes = URL_SAFE_NO_PAD.decode(hmac).unwrap_or_default();
    bytes.first_chunk::<8>().map_or(0, |first| u64::from_be_bytes(*first))
}

/// Counts anew what every deployment has.
///
/// # Errors
/// What the database says.
pub async fn count(app: &App) -> Result<()> {
    for site in &app.sites {
        count_in(app, site).await?;
    }
    Ok(())
}

/// Counts anew what a deployment has.
///
/// # Errors
/// What the database says.
pub async fn count_in(app: &App, site: &Site) -> Result<()> {
    let deployment = site.config.id.clone();
    let mix = app.db.read(move |on| read(on, &deployment)).await?;
    app.hasher.mix(&site.config.id, mix);
    Ok(())
}

fn read(on: &mut Snapshot<'_>, deployment: &str) -> Result<Mix> {
    let rows = on.query(
        "select count(*), min(password_hash) from users where deployment_id = $1 and imported_hash is not null
         group by imported_hash order by imported_hash",
        params![deployment],
    )?;
    let kinds = rows.into_iter().map(|row| {
        let mut cells = row.cells();
        Ok((cells.int()?, cells.text()?))
    });
    let kinds = kinds.collect::<Result<Vec<_>>>()?;
    if kinds.is_empty() {
        // Most have none: then nobody is counted.
        return Ok(Mix::default());
    }
    let total = on.query_one(
        "select count(*) from users where deployment_id = $1 and password_hash is not null",
        params![deployment],
    )?;
    let total = total.map_or(Ok(0), |row| row.cells().int())?;
    Ok(Mix::of(total, kinds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_names_draw_each_kind_as_often_as_somebody_has_it() {
        let mix = Mix::of(8, vec![(1, "a".to_owned()), (4, "b".to_owned())]);
        let drawn = |eighth: u64| mix.draw((eighth << 61) + 12_345);
        let all: Vec<_> = (0..8).map(drawn).collect();
        assert_eq!(all[..5], [Some("a"), Some("b"), Some("b"), Some("b"), Some("b")]);
        assert_eq!(all[5..], [None; 3]);
        assert_eq!(Mix::of(2, vec![(2, "a".to_owned())]).draw(u64::MAX - 1), Some("a"));
        assert_eq!(Mix::default().draw(0), None);
        // Counted at two moments: there may be more of a kind than there were accounts.
        assert_eq!(Mix::of(0, vec![(2, "a".to_owned())]).draw(u64::MAX - 1), Some("a"));
    }

    #[test]
    fn a_name_draws_the_same_lot_each_time_and_not_that_of_another() {
        assert_eq!(lot("AAAAAAAAAAE"), 1);
        assert_eq!(lot("_________-4AAAA"), u64::MAX - 17);
        assert_eq!(lot(""), 0);
    }
}
