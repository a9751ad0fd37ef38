/** The networks that the paper's Tables 2 and 4 compare, in their order. */
export const paperSet: readonly string[] = [
  'network:mobilenet-v1', 'network:peleenet', 'network:densenet-67', 'network:vovnet-27-slim',
  'network:resnet-50', 'network:densenet-201', 'network:vovnet-39',
  'network:resnet-101', 'network:densenet-161', 'network:vovnet-57',
];
