mod invariants;
mod turns;
mod world;
