-- Who wrote or changed it here. Shipping leaves such a scenario alone; null is one that ships as it is.
ALTER TABLE scenarios ADD COLUMN author_id TEXT REFERENCES users (id);
