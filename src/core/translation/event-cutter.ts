/** Takes server-sent events out of a text that comes in pieces. */
export interface EventCutter {
  /** False once an event is longer than the bound; nothing more is to be given then. */
  take(piece: string): boolean;
}

/**
 * Calls back with the data of each event, wherever the pieces end. Names, ids and comments are passed over: in both interfaces
 * the data say everything. `charactersAtMost` bounds what is kept of an event that is not complete. Format:
 * html.spec.whatwg.org/multipage/server-sent-events.html.
 */
export function openEventCutter(charactersAtMost: number, onEvent: (data: string) => void): EventCutter {
  let line = '';
  let data: string | null = null;
  let endsInReturn = false;

  const endLine = (): void => {
    if (line === '') {
      if (data !== null) onEvent(data);
      data = null;
      return;
    }
    if (line === 'data' || line.startsWith('data:')) {
      const value = line.slice(line.charCodeAt(5) === 32 ? 6 : 5);
      data = data === null ? value : `${data}\n${value}`;
    }
    line = '';
  };

  return {
    take(piece) {
      let from = endsInReturn && piece.charCodeAt(0) === 10 ? 1 : 0;
      if (piece.length > 0) endsInReturn = false;
      // Looked for by themselves, for hardly anybody writes the second.
      let newline = piece.indexOf('\n', from);
      let carriage = piece.indexOf('\r', from);
      while (newline !== -1 || carriage !== -1) {
        const isCarriage = carriage !== -1 && (newline === -1 || carriage < newline);
        const at = isCarriage ? carriage : newline;
        line += piece.slice(from, at);
        endLine();
        from = at + 1;
        if (isCarriage) {
          if (from === piece.length) endsInReturn = true;
          else if (newline === from) from += 1;
          carriage = piece.indexOf('\r', from);
        }
        if (newline !== -1 && newline < from) newline = piece.indexOf('\n', from);
      }
      line += piece.slice(from);
      return line.length + (data?.length ?? 0) <= charactersAtMost;
    },
  };
}
