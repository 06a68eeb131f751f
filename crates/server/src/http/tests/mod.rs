mod accounts;
mod house;
mod passage;
mod recordings;
mod roleplay;
mod scenarios;
mod serving;

pub(super) use house::House;
