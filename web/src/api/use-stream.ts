import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { takeEvent, takeLane } from './queries.ts';
import type { LaneView, LedgerEvent } from './shapes.ts';

/** The browser tries again by itself after most failures, but gives up when it is answered anything but a stream. */
const retryAfterMs = 3_000;

/**
 * Keeps what is known up to date from the event stream. True while the stream is open; otherwise the queries poll.
 * Whenever it opens, everything
 * is asked for anew, so that nothing depends on what happened before or in a gap.
 */
export const useStream = (): boolean => {
  const client = useQueryClient();
  const [isOpen, setIsOpen] = useState(false);

  useEffect(() => {
    let source: EventSource;
    let retry: number | undefined;

    const open = (): void => {
      source = new EventSource('./api/v1/stream');
      source.onopen = () => {
        setIsOpen(true);
        void client.invalidateQueries();
      };
      source.onerror = () => {
        setIsOpen(false);
        // Tells a control plane that is gone from a login that is over.
        void client.invalidateQueries({ queryKey: ['lanes'] });
        if (source.readyState === EventSource.CLOSED) retry = window.setTimeout(open, retryAfterMs);
      };
      source.addEventListener('lane', (message: MessageEvent<string>) =>
        takeLane(client, JSON.parse(message.data) as LaneView),
      );
      source.addEventListener('ledger', (message: MessageEvent<string>) =>
        takeEvent(client, JSON.parse(message.data) as LedgerEvent),
      );
    };

    open();
    return () => {
      window.clearTimeout(retry);
      source.close();
    };
  }, [client]);

  return isOpen;
};
