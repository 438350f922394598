-- What a username looks like (UTS 39): of two that a reader takes for each other only one can be had.
-- Equal usernames look equal, so this index keeps them apart as well; the other one finds them.
alter table users add column username_skeleton text;
create unique index users_username_skeleton on users (deployment_id, username_skeleton)
    where username_skeleton is not null;
create unique index users_username on users (deployment_id, username) where username is not null;
