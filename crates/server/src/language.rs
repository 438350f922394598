//! Which language somebody reads.

use std::cmp::Reverse;

/// The one among `known` that fits best: what the link wants, then what the browser prefers, then English.
pub fn chosen<'a>(known: &[&'a str], wanted: Option<&str>, preferred: Option<&str>) -> &'a str {
    let asked = wanted.unwrap_or_default().split([' ', ',', '+']).map(str::to_owned);
    let ranked = ranked(preferred.unwrap_or_default());
    asked.chain(ranked).find_map(|tag| fitting(known, &tag)).unwrap_or("en")
}

/// The tags of an `Accept-Language`, the most preferred first.
fn ranked(header: &str) -> Vec<String> {
    let mut all: Vec<(u32, String)> = header
        .split(',')
        .filter_map(|part| {
            let (tag, quality) = part.split_once(';').unwrap_or((part, "q=1"));
            let quality: f32 = quality.trim().strip_prefix("q=")?.trim().parse().ok()?;
            // Three digits are all that a quality has.
            (quality > 0.0 && quality <= 1.0).then(|| ((quality * 1000.0) as u32, tag.trim().to_owned()))
        })
        .collect();
    all.sort_by_key(|(quality, _)| Reverse(*quality));
    all.into_iter().map(|(_, tag)| tag).collect()
}

/// `de-AT` is answered in German, unless there is a language of this very name.
fn fitting<'a>(known: &[&'a str], tag: &str) -> Option<&'a str> {
    let language = tag.split('-').next().unwrap_or_default();
    let named = |wanted: &str| known.iter().find(|name| name.eq_ignore_ascii_case(wanted)).copied();
    named(tag).or_else(|| named(language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_comes_before_the_browser_and_english_last() {
        for (wanted, preferred, language) in [
            (None, None, "en"),
            (None, Some("de"), "de"),
            (None, Some("de-AT,de;q=0.9,en;q=0.8"), "de"),
            (None, Some("en;q=0.8, de;q=0.9"), "de"),
            (None, Some("fr-CH, fr;q=0.9, de;q=0.5, *;q=0.1"), "de"),
            (None, Some("de;q=0, en;q=0.1"), "en"),
            (None, Some("ja, *"), "en"),
            (None, Some("de;q=2, ;;;, q=, \u{0}"), "en"),
            (Some("de"), Some("en"), "de"),
            (Some("DE-de"), Some("en"), "de"),
            (Some("fr de en"), Some("en"), "de"),
            (Some("xx"), Some("de"), "de"),
            (Some("<script>"), None, "en"),
            (Some(""), Some("de"), "de"),
            (None, Some("de-ch, de;q=0.9"), "de-CH"),
        ] {
            assert_eq!(
                chosen(&["de", "en", "de-CH"], wanted, preferred),
                language,
                "{wanted:?} {preferred:?}"
            );
        }
    }
}
