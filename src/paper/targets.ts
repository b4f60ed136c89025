// In a file of its own: the help names them, and loads nothing else.

/** Names of the tables and figures. */
export const targets = ['table1', 'table2', 'fig1', 'fig2', 'fig3', 'fig4', 'fig6', 'link'] as const;
/** What of the paper can be reproduced: a table or figure by its name, or `link`, the figure of scatter and accuracy. */
export type Target = (typeof targets)[number];
