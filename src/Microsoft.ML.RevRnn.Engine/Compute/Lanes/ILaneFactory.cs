namespace Microsoft.ML.RevRnn.Compute;

/// <summary>Makes an object that is generic over the lanes: what has a form for each register width is made by one of these.</summary>
internal interface ILaneFactory<out T>
{
    T Create<TFloat, TInt, TWide>()
        where TFloat : struct, IFloatLane<TFloat, TInt>
        where TInt : struct, IIntLane<TInt>
        where TWide : struct, IWideLane<TWide, TInt>;
}
