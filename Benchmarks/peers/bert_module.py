"""BERT for classification in plain PyTorch, with the names of a Hugging Face checkpoint.

Plain, so that ONNX Runtime's optimizer knows the pattern of attention and PyTorch is not slowed by a framework's checks.
"""

import json
import math
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional


class SelfAttention(nn.Module):
    def __init__(self, config, uses_sdpa):
        super().__init__()
        hidden = config["hidden_size"]
        self.query, self.key, self.value = (nn.Linear(hidden, hidden) for _ in range(3))
        self.heads = config["num_attention_heads"]
        self.dropout = config["attention_probs_dropout_prob"]
        self.uses_sdpa = uses_sdpa

    def forward(self, x, mask):
        rows, tokens, hidden = x.shape
        size = hidden // self.heads
        query, key, value = (
            layer(x).view(rows, tokens, self.heads, size).permute(0, 2, 1, 3)
            for layer in (self.query, self.key, self.value)
        )
        if self.uses_sdpa:
            dropout = self.dropout if self.training else 0.0
            context = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=dropout)
        else:
            scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(size) + mask
            context = torch.matmul(functional.softmax(scores, dim=-1), value)
        return context.permute(0, 2, 1, 3).contiguous().view(rows, tokens, hidden)


class ResidualOutput(nn.Module):
    def __init__(self, config, inputs):
        super().__init__()
        self.dense = nn.Linear(inputs, config["hidden_size"])
        self.LayerNorm = nn.LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])

    def forward(self, x, residual):
        return self.LayerNorm(self.dropout(self.dense(x)) + residual)


class Attention(nn.Module):
    def __init__(self, config, uses_sdpa):
        super().__init__()
        self.self = SelfAttention(config, uses_sdpa)
        self.output = ResidualOutput(config, config["hidden_size"])

    def forward(self, x, mask):
        return self.output(self.self(x, mask), x)


class Intermediate(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["intermediate_size"])

    def forward(self, x):
        return functional.gelu(self.dense(x))


class Layer(nn.Module):
    def __init__(self, config, uses_sdpa):
        super().__init__()
        self.attention = Attention(config, uses_sdpa)
        self.intermediate = Intermediate(config)
        self.output = ResidualOutput(config, config["intermediate_size"])

    def forward(self, x, mask):
        x = self.attention(x, mask)
        return self.output(self.intermediate(x), x)


class Embeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden = config["hidden_size"]
        self.word_embeddings = nn.Embedding(config["vocab_size"], hidden)
        self.position_embeddings = nn.Embedding(config["max_position_embeddings"], hidden)
        self.token_type_embeddings = nn.Embedding(config["type_vocab_size"], hidden)
        self.LayerNorm = nn.LayerNorm(hidden, eps=config["layer_norm_eps"])
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])
        places = torch.arange(config["max_position_embeddings"]).expand((1, -1))
        self.register_buffer("position_ids", places, persistent=False)

    def forward(self, ids, types):
        x = self.word_embeddings(ids) + self.token_type_embeddings(types)
        return self.dropout(self.LayerNorm(x + self.position_embeddings(self.position_ids[:, : ids.size(1)])))


class Encoder(nn.Module):
    def __init__(self, config, uses_sdpa):
        super().__init__()
        self.layer = nn.ModuleList([Layer(config, uses_sdpa) for _ in range(config["num_hidden_layers"])])

    def forward(self, x, mask):
        for layer in self.layer:
            x = layer(x, mask)
        return x


class Pooler(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.dense = nn.Linear(config["hidden_size"], config["hidden_size"])

    def forward(self, x):
        return torch.tanh(self.dense(x[:, 0]))


class Bert(nn.Module):
    def __init__(self, config, uses_sdpa):
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = Encoder(config, uses_sdpa)
        self.pooler = Pooler(config)

    def forward(self, ids, mask, types):
        return self.pooler(self.encoder(self.embeddings(ids, types), mask))


class BertClassifier(nn.Module):
    def __init__(self, config, uses_sdpa=True):
        super().__init__()
        self.bert = Bert(config, uses_sdpa)
        self.dropout = nn.Dropout(config["hidden_dropout_prob"])
        self.classifier = nn.Linear(config["hidden_size"], len(config["id2label"]))

    def forward(self, input_ids, attention_mask, token_type_ids):
        """`attention_mask` may be None where no sentence is padded."""
        mask = None
        if attention_mask is not None:
            mask = (1.0 - attention_mask.unsqueeze(1).unsqueeze(2).to(torch.float32)) * -10000.0
        return self.classifier(self.dropout(self.bert(input_ids, mask, token_type_ids)))


def load(directory, uses_sdpa=True):
    directory = Path(directory)
    module = BertClassifier(json.loads((directory / "config.json").read_text()), uses_sdpa)
    module.load_state_dict(load_file(directory / "model.safetensors"))
    return module
