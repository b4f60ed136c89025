/** Rows of a leaderboard's table that nobody asked to limit. */
export const TABLE_ROWS = 20;
