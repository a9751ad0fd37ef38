"""Networks as other people publish them, with weights and what they compute: python reference.py FOLDER NAME...

Writes for each NAME its state dict, NAME.safetensors, and NAME.io.safetensors: a picture `x` [1, 3, 72, 104] and the
features at strides 4, 8, 16 and 32, `f0` to `f3`, of VoVNets, and the scores of ten classes, `scores`, where there is a
classifier. NAMEs are models of timm; `torchvision:NAME`, its models; `old:NAME`, a DenseNet of timm under the names of
torchvision's first checkpoints; `released:DEPTH`, a network with the modules and names of the VoVNet authors' own code.
"""
import re
import sys
from collections import OrderedDict

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

FULL = ([128, 160, 192, 224], [256, 512, 768, 1024])
SLIM = ([64, 80, 96, 112], [112, 256, 384, 512])
# Channels, channels out, modules a stage, convolutions a module, attention, depth-wise.
RELEASED = {
    '27-slim': ([64, 80, 96, 112], [128, 256, 384, 512], [1, 1, 1, 1], 5, False, False),
    '39': (*FULL, [1, 1, 2, 2], 5, False, False),
    'V-19-slim-dw-eSE': (*SLIM, [1, 1, 1, 1], 3, True, True),
    'V-19-eSE': (*FULL, [1, 1, 1, 1], 3, True, False),
    'V-39-eSE': (*FULL, [1, 1, 2, 2], 5, True, False),
}


def conv(cin, cout, name, kernel=3, stride=1):
    return [(f'{name}/conv', nn.Conv2d(cin, cout, kernel, stride, kernel // 2, bias=False)), (f'{name}/norm', nn.BatchNorm2d(cout)), (f'{name}/relu', nn.ReLU())]


def separable(cin, cout, name, stride=1):
    return [
        (f'{name}/dw_conv3x3', nn.Conv2d(cin, cin, 3, stride, 1, groups=cin, bias=False)), (f'{name}/pw_conv1x1', nn.Conv2d(cin, cout, 1, bias=False)),
        (f'{name}/pw_norm', nn.BatchNorm2d(cout)), (f'{name}/pw_relu', nn.ReLU()),
    ]


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        return x * F.relu6(self.fc(x.mean((2, 3), keepdim=True)) + 3) / 6


class Module(nn.Module):
    def __init__(self, cin, mid, out, convs, name, attention, depthwise, identity):
        super().__init__()
        self.identity = identity
        if depthwise and cin != mid:
            self.conv_reduction = nn.Sequential(OrderedDict(conv(cin, mid, f'{name}_reduction_0', 1)))
        make = separable if depthwise else conv
        self.layers = nn.ModuleList(
            nn.Sequential(OrderedDict(make(cin if n == 0 and not depthwise else mid, mid, f'{name}_{n}'))) for n in range(convs))
        self.concat = nn.Sequential(OrderedDict(conv(cin + convs * mid, out, f'{name}_concat', 1)))
        if attention:
            self.ese = Attention(out)

    def forward(self, x):
        sources = [x]
        y = self.conv_reduction(x) if hasattr(self, 'conv_reduction') else x
        for layer in self.layers:
            y = layer(y)
            sources.append(y)
        y = self.concat(torch.cat(sources, 1))
        y = self.ese(y) if hasattr(self, 'ese') else y
        return y + x if self.identity else y


class Released(nn.Module):
    def __init__(self, mids, outs, modules, convs, attention, depthwise):
        super().__init__()
        last = 64 if depthwise else 128
        make = separable if depthwise else conv
        self.stem = nn.Sequential(OrderedDict(conv(3, 64, 'stem_1', 3, 2) + make(64, 64, 'stem_2') + make(64, last, 'stem_3', stride=2)))
        for s, (mid, out, count) in enumerate(zip(mids, outs, modules), 2):
            stage = OrderedDict() if s == 2 else OrderedDict(Pooling=nn.MaxPool2d(3, 2, ceil_mode=True))
            for n in range(1, count + 1):
                stage[f'OSA{s}_{n}'] = Module(last, mid, out, convs, f'OSA{s}_{n}', attention, depthwise, n > 1)
                last = out
            setattr(self, f'stage{s}', nn.Sequential(stage))
        if not attention:
            self.classifier = nn.Linear(last, 10)

    def features(self, x):
        x = self.stem(x)
        found = []
        for s in range(2, 6):
            x = getattr(self, f'stage{s}')(x)
            found.append(x)
        return found


def settle(model, features, generator):
    """Statistics and factors as after a training: activations of every layer near one, none of them plain."""
    for m in model.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.momentum = 1.0
            m.weight.data = 0.6 + 0.8 * torch.rand(m.weight.shape, generator=generator)
            m.bias.data = 0.3 * torch.randn(m.bias.shape, generator=generator)
    model.train()
    with torch.no_grad():
        features(torch.randn(2, 3, 96, 96, generator=generator))
    model.eval()
    for m in model.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.running_var *= 0.8 + 0.4 * torch.rand(m.weight.shape, generator=generator)


def build(name):
    """The network, and what gives its features; None where only its scores are compared."""
    kind, _, plain = name.rpartition(':')
    if kind == 'released':
        model = Released(*RELEASED[plain])
        return model, model.features
    if kind == 'torchvision':
        import torchvision
        return torchvision.models.get_model(plain, num_classes=10), None
    import timm
    model = timm.create_model(plain, pretrained=False, num_classes=10)
    return model, (lambda x: model.forward_intermediates(x, intermediates_only=True)[-4:]) if 'vovnet' in name else None


for name in sys.argv[2:]:
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(2)
    model, features = build(name)
    settle(model, features or model, generator)
    path = f'{sys.argv[1]}/{name.replace(":", "-")}'
    rename = (lambda key: re.sub(r'(denselayer\d+\.(?:norm|conv))(\d)', r'\1.\2', key)) if name.startswith('old:') else (lambda key: key)
    save_file({rename(key): value.contiguous() for key, value in model.state_dict().items()}, f'{path}.safetensors')
    x = torch.randn(1, 3, 72, 104, generator=generator)
    # In double precision: what remains is the rounding of the one that is compared.
    model.double()
    with torch.no_grad():
        found = {f'f{n}': value for n, value in enumerate(features(x.double()))} if features else {}
        if not name.startswith('released:'):
            found['scores'] = model(x.double())
    save_file({'x': x, **{key: value.float().contiguous() for key, value in found.items()}}, f'{path}.io.safetensors')
