mod accounts;
mod admin;
mod departures;
mod house;
mod live;
mod long_recordings;
mod openapi;
mod passage;
mod pending_recordings;
mod recordings;
mod reports;
mod retention;
mod roleplay;
mod scenarios;
mod serving;

pub(super) use house::House;
