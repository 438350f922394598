//! Domains whose addresses are given to anybody for a few minutes. The list is `mailchecker`'s. It is kept as one sorted text:
//! in the form which that crate has it in, fifty thousand pieces of text, it is three times as large.

/// The domains in the order of their bytes, one on a line; `build.rs` writes it.
const LIST: &str = include_str!(concat!(env!("OUT_DIR"), "/disposable.txt"));

/// Whether a domain, or one that it is below, is in the list.
#[must_use]
pub fn is_disposable(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let below = domain.match_indices('.').map(|(dot, _)| &domain[dot + 1..]);
    std::iter::once(domain.as_str()).chain(below).any(|domain| holds(LIST, domain))
}

/// Whether a sorted text has this line.
fn holds(mut lines: &str, line: &str) -> bool {
    while !lines.is_empty() {
        let middle = lines.floor_char_boundary(lines.len() / 2);
        let begin = lines[..middle].rfind('\n').map_or(0, |end| end + 1);
        let end = lines[middle..].find('\n').map_or(lines.len(), |end| middle + end);
        match line.cmp(&lines[begin..end]) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => lines = &lines[..begin.saturating_sub(1)],
            std::cmp::Ordering::Greater => lines = lines.get(end + 1..).unwrap_or_default(),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_domain_of_the_list_is_found_and_what_stands_between_two_is_not() {
        let all = mailchecker::blacklist();
        assert!(all.len() > 50_000, "{}", all.len());
        for domain in &all {
            assert!(is_disposable(domain), "{domain}");
        }
        for lines in ["", "b", "b\nd", "b\nd\nf", "b\nbb\nd\nf"] {
            for line in ["a", "b", "bb", "c", "d", "e", "f", "g", "b\nd", ""] {
                let is_there = !line.is_empty() && lines.split('\n').any(|one| one == line);
                assert_eq!(holds(lines, line), is_there, "{line} in {lines}");
            }
        }
    }

    #[test]
    fn what_is_below_one_is_one_and_what_only_ends_like_it_is_not() {
        for domain in ["mailinator.com", "MAILINATOR.com", "a.b.mailinator.com"] {
            assert!(is_disposable(domain), "{domain}");
        }
        for domain in ["gmail.com", "notmailinator.com.example", "xmailinatorx.com", "com", ""] {
            assert!(!is_disposable(domain), "{domain}");
        }
    }
}
