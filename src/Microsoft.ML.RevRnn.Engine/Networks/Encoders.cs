using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Networks;

/// <summary>Makes the encoder that a network's options ask for.</summary>
internal static class Encoders
{
    /// <param name="parameters">Its weights.</param>
    /// <param name="settings">How to work; a budget of memory is shared by its directions.</param>
    /// <param name="device">What to work with.</param>
    /// <param name="fixedTokens">How many tokens at the beginning of each sequence mark it.</param>
    /// <param name="joins">Whether a head reads the outputs of both directions together.</param>
    public static ISequenceEncoder Create(EncoderParameters parameters, StackSettings settings, Device device, int fixedTokens = 0, bool joins = true)
    {
        // There may be very many pairs of a token and a class, most of them once.
        if (parameters.Shape.FedBack > 0)
            settings = settings with { SharesInputs = false };
        return Create(parameters, settings, device, (_, ofDirection) => CreateInput(parameters, settings, ofDirection), fixedTokens, joins);
    }

    /// <param name="parameters">Its weights.</param>
    /// <param name="settings">How to work; a budget of memory is shared by its directions.</param>
    /// <param name="device">What to work with.</param>
    /// <param name="createInput">Makes what the first layer of a direction, 0 or 1, reads.</param>
    /// <param name="fixedTokens">How many tokens at the beginning of each sequence mark it.</param>
    /// <param name="joins">Whether a head reads the outputs of both directions together.</param>
    public static ISequenceEncoder Create(
        EncoderParameters parameters, StackSettings settings, Device device, Func<int, Device, IStackInput> createInput, int fixedTokens = 0, bool joins = true)
    {
        if (parameters.Stacks[0].Tree is { } tree)
            return new TreeEncoder(tree, parameters.Shape.Options.Structure, createInput(0, device), settings, device);
        if (parameters.Stacks[0].Memory is { } memory)
            return new MemoryEncoder(memory, createInput(0, device), settings, device);
        if (parameters.Stacks.Length == 1)
            return CreateStack(0, settings, device);
        var ofOne = settings with { MemoryBudget = settings.MemoryBudget / 2, HeadBytes = (settings.HeadBytes + 1) / 2, BytesPerToken = (settings.BytesPerToken + 1) / 2 };
        return new Bidirectional(
            CreateStack(0, ofOne, device.Part()), CreateStack(1, ofOne, device.Part()), device, fixedTokens, joins);

        RecurrentStack CreateStack(int direction, StackSettings settings, Device device)
            => new(parameters.Stacks[direction], createInput(direction, device), settings, device);
    }

    private static IStackInput CreateInput(EncoderParameters parameters, StackSettings settings, Device device) => parameters.Shape.FedBack > 0
        ? new FeedbackInput(parameters.Embedding, parameters.Shape, settings.Dropout is { InputByToken: true, Input: > 0 } rates ? Dropout.For(device.Width, rates.Input) : null)
        : TokenInput.Create(parameters.Embedding, settings.Dropout, device, settings.BeginsTokenGradients);
}
