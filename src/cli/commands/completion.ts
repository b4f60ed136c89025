import { Command } from 'commander';
import { shellNames } from '../completion/scripts.ts';
import { lazily } from '../lazily.ts';

const HELP = `
Examples:
  scattershot completion bash > ~/.local/share/bash-completion/completions/scattershot
  scattershot completion zsh > ~/.zsh/completions/_scattershot
  scattershot completion fish > ~/.config/fish/completions/scattershot.fish

For one shell that is open: source <(scattershot completion bash); in fish: scattershot completion fish | source.
zsh looks in the folders of $fpath, and wants compinit. Names of studies are those of the database at that moment.`;

export function completionCommand(): Command {
  const completion = new Command('completion').addHelpText('after', HELP);
  for (const shell of shellNames) {
    completion
      .command(shell)
      .description(`the script for ${shell}, to be saved where it looks for completions`)
      .addHelpText('after', `\nExample:\n  scattershot completion ${shell}`)
      .action(lazily(async () => (await import('../actions/completion.ts')).scriptAction));
  }
  completion
    .command('suggest', { hidden: true })
    .description('what may stand at the end of a command line; the scripts ask this')
    .argument('[words...]', 'the words up to the cursor, after --')
    .addHelpText('after', '\nExample:\n  scattershot completion suggest -- leaderboard --so')
    .action(lazily(async () => (await import('../actions/completion.ts')).suggestAction));
  return completion;
}
