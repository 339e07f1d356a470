import { type ReactElement, useState } from 'react';
import { Icon } from './icon.tsx';

/** A command to type. The page only reads, so this is how it lets one act. */
export const CommandLine = ({ command, label }: { command: string; label: string }): ReactElement => {
  const [said, setSaid] = useState<'Copy' | 'Copied' | 'Select and copy'>('Copy');
  const copy = async (): Promise<void> => {
    // Only pages of a secure origin (loopback is one) may write to the clipboard.
    const isCopied = await navigator.clipboard?.writeText(command).then(
      () => true,
      () => false,
    );
    setSaid(isCopied ? 'Copied' : 'Select and copy');
    window.setTimeout(() => setSaid('Copy'), 2_000);
  };
  return (
    <div className="command">
      <code>{command}</code>
      <button
        type="button"
        className="button-small"
        onClick={() => void copy()}
        aria-label={`${said}: ${label}`}
      >
        <Icon name={said === 'Copied' ? 'check' : 'copy'} />
        <span aria-live="polite">{said}</span>
      </button>
    </div>
  );
};
