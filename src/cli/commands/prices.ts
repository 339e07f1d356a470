import { loadPrices } from '../../config/load-prices.ts';
import { environmentFileCommand } from '../environment-file-command.ts';
import { renderPrices } from '../render/render-prices.ts';

export const prices = environmentFileCommand({
  name: 'prices',
  summary: 'what calls of models and services cost: show, set FILE, clear',
  details:
    'Tidegate lists prices of some models. A file of prices goes before them, for models, or for whole services. Usage is priced as it comes: what is set holds for what ends afterwards.',
  fileIs: 'the file of prices',
  load: loadPrices,
  read: (client, environment) => client.prices(environment),
  write: (client, environment, wanted) => client.setPrices(environment, wanted),
  render: renderPrices,
  clearing: (environment) => `Go back to the listed prices in ${environment}?`,
  whenInForce: 'They hold for what ends after the gateways have heard.',
});
