/** The data of each event of a `text/event-stream`, as the HTML standard cuts it; a last event without its blank line counts. */
export function eventsIn(text: string): readonly string[] {
  const events: string[] = [];
  let data: string[] = [];
  const dispatch = (): void => {
    if (data.length > 0) events.push(data.join('\n'));
    data = [];
  };
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    if (line === '') dispatch();
    else if (line === 'data') data.push('');
    else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
  }
  dispatch();
  return events;
}
