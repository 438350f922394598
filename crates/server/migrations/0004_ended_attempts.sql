-- An attempt that has ended keeps nothing about a person: since this version it is emptied when it ends.
update attempts set shown = '', stage = '' where ended_at is not null;
