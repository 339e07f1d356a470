import type { LiveGatewayStatus } from './client.ts';

type Standing = NonNullable<LiveGatewayStatus['live']>['addresses'][number]['standing'];

/** How an address is treated, in words. */
export const standingText = (standing: Standing): string => {
  switch (standing) {
    case 'in':
      return 'takes requests';
    case 'slow-start':
      return 'starts slowly: fresh, or back after a rest';
    case 'refusing':
      return 'refuses connections';
    case 'ejected':
      return 'ejected for its answers';
    case 'probing':
      return 'being tried by one request';
  }
};
