mod accounts;
mod house;
mod passage;
mod roleplay;
mod scenarios;
mod serving;

pub(super) use house::House;
