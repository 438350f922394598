//! What its reader does to a notification.

use super::*;

const NEW: Marks = Marks { state: State::Unread, is_starred: false, read_at: None, archived_at: None };

#[test]
fn a_state_is_read_back_as_it_was_written() {
    // Rows and statements have the words: they cannot change.
    for (state, word) in State::ALL.into_iter().zip(["unread", "read", "archived"]) {
        assert_eq!((state.as_str(), State::stored(word)), (word, state));
    }
    assert_eq!(State::stored("snoozed"), State::Read, "what a newer node wrote");
}

#[test]
fn reading_and_unreading_move_it_once() {
    let read = NEW.after(Step::Read, 5);
    assert_eq!(read, Marks { state: State::Read, read_at: Some(5), ..NEW });
    assert_eq!(read.after(Step::Read, 9), read);
    assert_eq!(read.after(Step::Unread, 9), NEW);
    assert_eq!(NEW.after(Step::Unread, 9), NEW);
}

#[test]
fn what_is_put_away_counts_as_read_and_comes_back_as_read_or_unread() {
    let away = NEW.after(Step::Archive(Some(true)), 5);
    assert_eq!(
        away,
        Marks { state: State::Archived, read_at: Some(5), archived_at: Some(5), is_starred: false }
    );
    assert_eq!(away.after(Step::Archive(Some(true)), 9), away);
    assert_eq!(away.after(Step::Read, 9), away);
    let back = away.after(Step::Archive(Some(false)), 9);
    assert_eq!(back, Marks { state: State::Read, read_at: Some(5), ..NEW });
    assert_eq!(back.after(Step::Archive(Some(false)), 11), back);
    assert_eq!(away.after(Step::Unread, 9), NEW);
}

#[test]
fn without_a_word_archive_and_star_are_turned_round() {
    let once = NEW.after(Step::Archive(None), 5);
    assert_eq!((once.state, once.after(Step::Archive(None), 6).state), (State::Archived, State::Read));
    let once = NEW.after(Step::Star(None), 5);
    assert_eq!((once.is_starred, once.after(Step::Star(None), 6).is_starred), (true, false));
    assert_eq!(once.after(Step::Star(Some(true)), 6), once);
}
